/* A header of one's own, for the tests of the builder. */
#include <linux/types.h>

#define SENSORS_NAME "sensors"
#define SENSORS_VERSION 2

enum { SENSOR_CMD_GET = 1 };

enum {
	SENSOR_A_UNSPEC,
	SENSOR_A_ID,
	SENSOR_A_LABEL,
	SENSOR_A_UNIT,
	SENSOR_A_LIMIT,
};

struct sensor_limit {
	__be16 low;
	__be16 high;
};
