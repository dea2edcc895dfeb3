/* The interface of the family `sensors`. */
#ifndef _UAPI_LINUX_SENSORS_H
#define _UAPI_LINUX_SENSORS_H

#include <linux/types.h>
#include "sensors_limits.h"

#define SENSORS_GENL_NAME "sensors"
#define SENSORS_GENL_VERSION 2
#define SENSORS_GENL_MCGRP_READINGS "readings"

enum sensors_cmd {
	SENSORS_CMD_UNSPEC,
	SENSORS_CMD_GET,
	SENSORS_CMD_NEW,
};

enum sensors_attr {
	SENSORS_A_UNSPEC,
	SENSORS_A_ID,
	SENSORS_A_LABEL,
	SENSORS_A_UNIT,
	SENSORS_A_VALUE,
	SENSORS_A_RANGE,
	SENSORS_A_CALIBRATION,
	SENSORS_A_MAX = SENSORS_A_CALIBRATION,
};

enum sensors_calibration {
	SENSORS_CALIBRATION_UNSPEC,
	SENSORS_CALIBRATION_OFFSET,
	SENSORS_CALIBRATION_DATE,
};

/* What the sensor can measure, in the byte order of its bus. */
struct sensors_range {
	__be16 low;
	__be16 high;
};

#define SENSORS_LABEL_LEN SENSORS_LIMIT_LABEL

#endif
