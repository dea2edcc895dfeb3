/* Limits of the family `sensors`. */
#define SENSORS_LIMIT_LABEL 15
