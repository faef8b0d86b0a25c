/* device/cl_error.c: OpenCL's error numbers for people. */
#include "device/device_inside.h"

const char *device_cl_name(cl_int number)
{
    switch (number) {
#define CL_NAME(name, value)                                                                   \
    case value:                                                                                \
        return #name;
#include "device/cl_names.def"
#undef CL_NAME
    default:
        return "unknown";
    }
}

enum err_code device_cl_check(cl_int number, const char *call, const char *what, struct err *e)
{
    if (number == CL_SUCCESS) {
        return ERR_OK;
    }
    const bool has_what = what != NULL && what[0] != '\0';
    return err_set(e, ERR_CL, number, "%s%s%s%s: %s (%d)", call, has_what ? "(" : "",
                   has_what ? what : "", has_what ? ")" : "", device_cl_name(number), number);
}
