/* Includes what is only in a directory of its own. */
#include <needed.h>

enum { SENSOR_NEEDY = SENSOR_NEEDED };
