# cmake --install: the program, the header, the library and a pkg-config file.
# libstriatum.a is one archive of all rooms, so that a user links one library.
if(TARGET striatum_cli)
  set(archives "")
  set(script "CREATE ${CMAKE_BINARY_DIR}/install/libstriatum.a\n")
  foreach(room IN ITEMS striatum ${STRIATUM_ROOM_TARGETS})
    string(APPEND script "ADDLIB $<TARGET_FILE:${room}>\n")
  endforeach()
  string(APPEND script "SAVE\nEND\n")
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/install)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/install/libstriatum.mri CONTENT "${script}")
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/install/libstriatum.a
    COMMAND ${CMAKE_AR} -M < ${CMAKE_BINARY_DIR}/install/libstriatum.mri
    DEPENDS striatum ${STRIATUM_ROOM_TARGETS} VERBATIM)
  add_custom_target(striatum_archive ALL DEPENDS ${CMAKE_BINARY_DIR}/install/libstriatum.a)
  # From the folder of the pkg-config file, so that a prefix given at install time holds too.
  file(RELATIVE_PATH STRIATUM_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  configure_file(cmake/striatum.pc.in ${CMAKE_BINARY_DIR}/install/striatum.pc @ONLY)
  install(TARGETS striatum_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES host/striatum.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES ${CMAKE_BINARY_DIR}/install/libstriatum.a DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES ${CMAKE_BINARY_DIR}/install/striatum.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  install(DIRECTORY networks DESTINATION ${CMAKE_INSTALL_DATADIR}/striatum FILES_MATCHING PATTERN "*.yaml")
endif()
