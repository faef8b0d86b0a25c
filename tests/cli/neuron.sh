#!/usr/bin/env bash
# striatum neuron: protocols, numbers, trace, picture, and what it refuses.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

# The protocol of the notebook: 100 ms off, 500 ms on, 100 ms off.
expect 0 "a model's own protocol" "$striatum" neuron perfect_integrator
has "$out" "I = 10 mV from 100 to 600 ms, 700 ms in steps of 0.1 ms, double precision" "protocol"
has "$out" "spikes   12, first at 140.1 ms" "spikes"
has "$out" "rate     24 Hz" "rate"
has "$out" "latency  40.1 ms" "latency"
has "$out" "times (ms) 140.1 180.2" "times"
expect 0 "a preset" "$striatum" neuron izhikevich_2003 --preset chattering --current 10
has "$out" "spikes   46" "chattering fires 46 spikes"
expect 0 "JSON" "$striatum" neuron leaky_integrate_and_fire --json
has "$out" '"spikes": 8' "JSON"
has "$out" '"latency_ms": 46.1' "JSON"
expect 0 "no current, no spike" "$striatum" neuron leaky_integrate_and_fire --current '0 mV'
has "$out" "spikes   0" "no current"
expect 0 "other times" "$striatum" neuron leaky_integrate_and_fire --times '10 ms,100 ms,0 ms'
has "$out" "from 10 to 110 ms, 110 ms in steps" "times"
expect 0 "duration of the whole" "$striatum" neuron leaky_integrate_and_fire --duration '1 s'
has "$out" "from 100 to 900 ms, 1000 ms in steps" "duration"
expect 0 "single precision, a smaller step" "$striatum" neuron fsi_humphries_2009 --current '200 pA' --precision single --step '0.05 ms'
has "$out" "steps of 0.05 ms, single precision" "precision"
expect 0 "a state at the start" "$striatum" neuron spn_humphries_2009 --set 'v=-60 mV' --set 'C=30 pF' -o - --duration '1 ms' --times '0 ms,1 ms,0 ms'
has "$(sed -n 2p <<<"$out")" "0,-60," "v at the start"
[ "$(wc -l <<<"$out")" -eq 11 ] && pass || fail "a trace of 1 ms has 11 lines: $out"
expect 0 "a trace in a file" "$striatum" neuron spn_humphries_2009 --current '270 pA' --record v,u -o trace.csv
has "$(head -n 1 trace.csv)" "t_ms,v (mV),u (pA)" "header"
[ "$(wc -l <trace.csv)" -eq 7001 ] && pass || fail "a trace of 700 ms has 7001 lines"

# Given spikes: a conductance that jumps and decays.
expect 0 "given spikes" "$striatum" neuron lif_cond_exp --spikes 'ex@1:2 nS, ex@2 ms:1 nS,in@2:3 nS' --record g_ex,g_in --duration '3 ms' -o -
has "$(sed -n 12p <<<"$out")" "1,2,0" "g_ex jumps at 1 ms"
has "$(sed -n 22p <<<"$out")" ",3" "g_in jumps at 2 ms"

# Voltage clamp: steady currents of section 4 and 6 of the models' sources.
expect 0 "a clamp" "$striatum" neuron izhikevich_2007_voltage_clamp --clamp '-75,-50,-40 mV' --times '0 ms,1 s,0 ms' --json
has "$out" '"I_inf": 337.5' "I_inf at -75 mV"
expect 0 "a clamp of a cell that moves" "$striatum" neuron izhikevich_2007 --clamp '-50 mV' --duration '10 ms' --record v -o -
[ "$(tail -n +2 <<<"$out" | cut -d, -f2 | sort -u)" = "-50" ] && pass || fail "v stays at -50 mV"

# Pictures.
if command -v gnuplot >/dev/null 2>&1; then
    expect 0 "a picture" "$striatum" neuron izhikevich_2003 --preset chattering --current 10 --plot
    is_file izhikevich_2003.png "picture"
    expect 0 "an SVG" "$striatum" neuron fsi --plot-file a.svg
    has "$(head -c 300 a.svg)" "<svg" "SVG"
fi

# What it refuses.
expect 3 "no such model" "$striatum" neuron izhikevich_2030
has "$err" "izhikevich_2003" "suggests a model"
expect 2 "no such parameter" "$striatum" neuron fsi --set vtt=3
has "$err" "vt" "suggests a parameter"
expect 2 "no such preset" "$striatum" neuron izhikevich_2003 --preset chatering
has "$err" "chattering" "suggests a preset"
expect 2 "a current without a unit" "$striatum" neuron fsi --current 300
has "$err" "pA" "says what to write"
expect 2 "a current of the wrong unit" "$striatum" neuron fsi --current '300 mV'
has "$err" "striatum: --current: '300 mV' is in mV" "names the option"
expect 2 "a model without a current" "$striatum" neuron integrator_neuron --current '300 pA'
has "$err" "has no parameter for an injected current" "says why"
expect 2 "a time that is none" "$striatum" neuron fsi --duration '3 mV'
has "$err" "is no time" "says why"
expect 2 "two times" "$striatum" neuron fsi --times '3 ms,4 ms'
has "$err" "three times are wanted" "says why"
expect 2 "a spike that is none" "$striatum" neuron fsi --spikes 'ampa:3'
has "$err" "write receptor@time:weight" "says why"
expect 2 "a clamp without a unit" "$striatum" neuron fsi --clamp '-60,-50'
has "$err" "'-50' has no unit: write '-50 mV'" "says what to write"
expect 2 "an unknown receptor" "$striatum" neuron fsi --spikes 'nmda@3:1 nS'
expect 2 "an unknown precision" "$striatum" neuron fsi --precision half
expect 2 "an unknown integrator" "$striatum" neuron fsi --integrator heun
expect 1 "a folder that is missing" "$striatum" neuron fsi -o /no/such/folder/a.csv
finish
