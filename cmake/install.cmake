# cmake --install: the program, the header, the library and a pkg-config file.
