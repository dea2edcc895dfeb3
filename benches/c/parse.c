/* The same work in C, as a person who wants speed writes it: the limit for parsing.
 *
 * parse CASE FILE PASSES */
#include "attrs.h"
#include "links.h"

/* The length of every message. */
static struct sum walk(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_MESSAGES(h, data, len) {
		sum.messages++;
		sum.checksum += h->nlmsg_len;
	}
	return sum;
}

/* Destination, gateway and device of a route, and its prefix length: one pass over the attributes. */
static struct sum routes_pass(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_MESSAGES(h, data, len) {
		uint32_t dst = 0, gateway = 0, oif = 0;
		if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)))
			continue;
		FOR_ATTRS(a, ATTRS(struct rtmsg, h), ATTRS_LEN(struct rtmsg, h))
			switch (a->rta_type) {
			case RTA_DST: if (DATA_LEN(a) == 4) dst = u32(DATA(a)); break;
			case RTA_GATEWAY: if (DATA_LEN(a) == 4) gateway = u32(DATA(a)); break;
			case RTA_OIF: if (DATA_LEN(a) == 4) oif = u32(DATA(a)); break;
			}
		sum.messages++;
		sum.checksum += (uint64_t)__builtin_bswap32(dst) + BODY(struct rtmsg, h)->rtm_dst_len +
				__builtin_bswap32(gateway) + oif;
	}
	return sum;
}

/* The same, each attribute looked for. */
static struct sum routes_rescan(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_MESSAGES(h, data, len) {
		if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)))
			continue;
		const char *at = ATTRS(struct rtmsg, h);
		size_t n = ATTRS_LEN(struct rtmsg, h);
		sum.messages++;
		sum.checksum += (uint64_t)__builtin_bswap32(word(at, n, RTA_DST)) +
				BODY(struct rtmsg, h)->rtm_dst_len +
				__builtin_bswap32(word(at, n, RTA_GATEWAY)) + word(at, n, RTA_OIF);
	}
	return sum;
}

/* Default routes of the main table: their gateways. */
static struct sum defaults(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_MESSAGES(h, data, len) {
		if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)))
			continue;
		sum.messages++;
		if (find(ATTRS(struct rtmsg, h), ATTRS_LEN(struct rtmsg, h), RTA_DST))
			continue;
		sum.checksum += __builtin_bswap32(
			word(ATTRS(struct rtmsg, h), ATTRS_LEN(struct rtmsg, h), RTA_GATEWAY));
	}
	return sum;
}

/* Room for an attribute of this type, whose payload it gives. */
static inline char *put(char **at, unsigned short type, unsigned short len)
{
	struct rtattr *a = (void *)*at;
	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	*at += RTA_SPACE(len);
	return (char *)(a + 1);
}

static inline void put_u32(char **at, unsigned short type, uint32_t value) { memcpy(put(at, type, 4), &value, 4); }

/* A request for a route, into one buffer; as many as there are messages. */
static struct sum build(const char *data, size_t len)
{
	struct sum sum = {0};
	_Alignas(struct nlmsghdr) char out[256];
	FOR_MESSAGES(h, data, len) {
		uint32_t n = (uint32_t)sum.messages;
		struct nlmsghdr *start = (void *)out;
		struct rtmsg *rtm = NLMSG_DATA(start);
		char *at = (char *)(rtm + 1);
		*start = (struct nlmsghdr){
			.nlmsg_type = RTM_NEWROUTE, .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE, .nlmsg_seq = n,
		};
		*rtm = (struct rtmsg){.rtm_family = AF_INET, .rtm_dst_len = 24};
		put_u32(&at, RTA_DST, __builtin_bswap32(n << 8));
		put_u32(&at, RTA_OIF, 2);
		put_u32(&at, RTA_GATEWAY, __builtin_bswap32(10u << 24 | 1));
		put_u32(&at, RTA_PRIORITY, n);
		start->nlmsg_len = (uint32_t)(at - out);
		__asm__ volatile("" : : "r"(out) : "memory");
		sum.messages++;
		sum.checksum += start->nlmsg_len;
	}
	return sum;
}

int main(int argc, char **argv)
{
	static const struct { const char *name; struct sum (*pass)(const char *, size_t); } cases[] = {
		{"walk", walk}, {"routes3-pass", routes_pass}, {"routes3-rescan", routes_rescan},
		{"defaults", defaults}, {"build", build}, {"links8", links8}, {"links16", links16},
		{"links16-rescan", links16_rescan}, {"links16-index", links16_index}, {"links-all", links_all},
	};
	size_t which = 0, count = sizeof(cases) / sizeof(*cases), len = 0;
	if (argc != 4) {
		fprintf(stderr, "usage: parse CASE FILE PASSES\n");
		return 2;
	}
	while (which < count && strcmp(cases[which].name, argv[1]))
		which++;
	if (which == count)
		return 3;
	char *data = read_file(argv[2], &len);
	struct usage usage = {0};
	struct sum sum = {0};
	for (int passes = atoi(argv[3]); passes > 0; passes--) {
		pass_begins(&usage);
		sum = cases[which].pass(data, len);
		__asm__ volatile("" ::: "memory");
		pass_ends(&usage);
	}
	print_line(sum, &usage);
	return 0;
}
