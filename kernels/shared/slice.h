/* shared/slice.h: what the host tells the step kernels about one slice, and what they tell the
 * host: compiled by the host's C compiler and by OpenCL C alike. Everything a kernel reports of
 * a slice stands in one *slot* of u32 words: a head per population, then the list of spikes of
 * each population. Slots are used in turn, so that the host may lag behind. */
#ifndef SHARED_SLICE_H
#define SHARED_SLICE_H

#include "shared/types.h"

/* Head of a population, in words. Zero means nothing happened, so that a head is cleared by
 * zeros: least cells are kept as the greatest of SLICE_NOT(cell). */
#define HEAD_SPIKES 0u /* number of entries in the list */
#define HEAD_BAD                                                                               \
    1u /* [SLICE_MAX] SLICE_NOT(least cell whose state was first not finite after that step)   \
        */
#define HEAD_WATCH       (HEAD_BAD + SLICE_MAX) /* [n_watches][HEAD_WATCH_WORDS] */
#define HEAD_WATCH_COUNT 0u
#define HEAD_WATCH_CELL  1u /* SLICE_NOT(least offending cell) */
#define HEAD_WATCH_VALUE 2u /* bits of its dt*J */
#define HEAD_WATCH_WORDS 3u
/* After the watches: [n_stops][HEAD_STOP_WORDS], terms of stop_when. */
#define HEAD_STOP_STEPS 0u /* bit s: a cell was reported in step first + s */
#define HEAD_STOP_COUNT 1u /* entries in the term's list; only of any(…) */
#define HEAD_STOP_WORDS 2u
#define SLICE_NOT(cell) (0xffffffffu - (cell))

/* One slice of one population: an argument of its step kernel by value. Offsets count words. */
struct step_slice {
    i64 first;        /* step of bit 0 */
    u64 head_at;      /* this population's head in this slot … */
    u64 next_head_at; /* … and in the slot of the next slice, which this one clears */
    u64 list_at;      /* its spikes in this slot */
    u64 samples_at;   /* its samples in this slot */
    u64 watched_at;   /* values of its watches */
    u64 stops_at;     /* lists of its terms of any(…) in this slot, room for n entries each */
    u32 n, n_padded;
    u32 n_steps, due;          /* due: bit s set where step first + s is sampled */
    u32 n_blocks;              /* sampled blocks of CELL_BLOCK cells */
    u32 n_head;                /* words of a head */
    u32 courses_at, events_at; /* uniforms: values of t [n_steps][n_courses] (two words each in
                                  double precision), places of threshold tables
                                  [n_steps][n_events] */
};

/* A ring that feeds a population, as its step kernel sees it. */
struct step_channel {
    u64 ring_begin;
    u64 scale; /* bits of a real: value = sum * scale */
    u32 n_slots, unused;
};

/* One slice of delivery. */
struct deliver_slice {
    i64 first;
    u64 slot_at; /* word of the slot */
    u32 n_conns;
    u32 n_partitions; /* partitioned delivery only */
};

/* Where a population's count and list stand in a slot, in words from its start. */
struct deliver_place {
    u64 count_at, list_at;
};

/* A watch, for the kernel that fetches the value of its least offender. */
struct watch_place {
    u64 word_at;  /* of its head words, from the slot's start */
    u64 value_at; /* of its values [n_padded] */
};

#ifndef __OPENCL_C_VERSION__
_Static_assert(sizeof(struct step_slice) == 88, "same layout on host and device");
_Static_assert(sizeof(struct step_channel) == 24, "same layout on host and device");
_Static_assert(sizeof(struct deliver_slice) == 24, "same layout on host and device");
_Static_assert(sizeof(struct deliver_place) == 16, "same layout on host and device");
_Static_assert(sizeof(struct watch_place) == 16, "same layout on host and device");
#endif

/* Slot of a ring for a step, negative ones too. */
SHARED_FN u32 slice_ring_slot(i64 step, u32 n_slots)
{
    const i64 r = step % (i64)n_slots;
    return (u32)(r < 0 ? r + (i64)n_slots : r);
}

#endif
