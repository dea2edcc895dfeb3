/* The same work by libmnl, in the way of its examples: attributes into a table by their type, then a look at each.
 *
 * mnl CASE INPUT PASSES; compiled where libmnl's headers are. */
#include "common.h"
#include <libmnl/libmnl.h>
#include <linux/if_link.h>

struct table { const struct nlattr **tb; uint16_t max; };

static int attribute(const struct nlattr *attr, void *data)
{
	const struct table *table = data;
	if (mnl_attr_type_valid(attr, table->max) > 0)
		table->tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static uint32_t address(const struct nlattr *attr)
{
	return attr && mnl_attr_get_payload_len(attr) == 4 ? __builtin_bswap32(mnl_attr_get_u32(attr)) : 0;
}

/* Destination, gateway and device of a route, and its prefix length. */
static int routes3(const struct nlmsghdr *h, void *data)
{
	const struct nlattr *tb[RTA_MAX + 1] = {0};
	struct table table = {tb, RTA_MAX};
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(h);
	struct sum *sum = data;
	if (h->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(*rtm), attribute, &table);
	sum->messages++;
	sum->checksum += (uint64_t)address(tb[RTA_DST]) + rtm->rtm_dst_len + address(tb[RTA_GATEWAY]) +
			 (tb[RTA_OIF] ? mnl_attr_get_u32(tb[RTA_OIF]) : 0);
	return MNL_CB_OK;
}

/* Gateways of routes without a destination. */
static int defaults(const struct nlmsghdr *h, void *data)
{
	const struct nlattr *tb[RTA_MAX + 1] = {0};
	struct table table = {tb, RTA_MAX};
	struct sum *sum = data;
	if (h->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(struct rtmsg), attribute, &table);
	sum->messages++;
	if (!tb[RTA_DST])
		sum->checksum += address(tb[RTA_GATEWAY]);
	return MNL_CB_OK;
}

static uint64_t number(const struct nlattr *attr) { return attr ? mnl_attr_get_u32(attr) : 0; }

static uint64_t first(const struct nlattr *attr)
{
	return attr && mnl_attr_get_payload_len(attr) ? *(const unsigned char *)mnl_attr_get_payload(attr) : 0;
}

/* Sixteen attributes of a link. */
static int links16(const struct nlmsghdr *h, void *data)
{
	static const uint16_t numbers[] = {
		IFLA_MTU, IFLA_LINK, IFLA_MASTER, IFLA_TXQLEN, IFLA_GROUP, IFLA_PROMISCUITY, IFLA_NUM_TX_QUEUES,
		IFLA_NUM_RX_QUEUES, IFLA_GSO_MAX_SIZE, IFLA_MIN_MTU, IFLA_MAX_MTU, IFLA_CARRIER_CHANGES,
	};
	static const uint16_t firsts[] = {IFLA_IFNAME, IFLA_QDISC, IFLA_ADDRESS, IFLA_BROADCAST};
	const struct nlattr *tb[IFLA_MAX + 1] = {0};
	struct table table = {tb, IFLA_MAX};
	struct sum *sum = data;
	if (h->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(struct ifinfomsg), attribute, &table);
	sum->messages++;
	for (size_t i = 0; i < MNL_ARRAY_SIZE(numbers); i++)
		sum->checksum += number(tb[numbers[i]]);
	for (size_t i = 0; i < MNL_ARRAY_SIZE(firsts); i++)
		sum->checksum += first(tb[firsts[i]]);
	return MNL_CB_OK;
}

static struct sum file(const char *data, size_t len, mnl_cb_t one)
{
	struct sum sum = {0};
	if (mnl_cb_run(data, len, 0, 0, one, &sum) < 0)
		fail("messages");
	return sum;
}

/* A dump, with a buffer as large as those of the others. */
static struct sum live(struct mnl_socket *nl, mnl_cb_t one)
{
	static char buffer[32 * 1024];
	struct sum sum = {0};
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	h->nlmsg_type = RTM_GETROUTE;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = 1;
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(h, sizeof(*rtm));
	rtm->rtm_family = AF_INET;
	rtm->rtm_table = RT_TABLE_MAIN;
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		fail("send");
	for (int more = MNL_CB_OK; more > MNL_CB_STOP;) {
		ssize_t len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (len < 0)
			fail("recv");
		more = mnl_cb_run(buffer, (size_t)len, 1, mnl_socket_get_portid(nl), one, &sum);
		if (more < 0)
			fail("messages");
	}
	return sum;
}

static struct mnl_socket *open_socket(void)
{
	int one = 1;
	struct mnl_socket *nl = mnl_socket_open(NETLINK_ROUTE);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		fail("socket");
	/* So that the kernel heeds which table is asked for. */
	if (mnl_socket_setsockopt(nl, NETLINK_GET_STRICT_CHK, &one, sizeof(one)) < 0)
		fail("NETLINK_GET_STRICT_CHK");
	return nl;
}

int main(int argc, char **argv)
{
	static const struct { const char *name; mnl_cb_t one; int live; } cases[] = {
		{"routes3", routes3, 0}, {"defaults", defaults, 0}, {"links16", links16, 0},
		{"live-routes", routes3, 1},
	};
	size_t which = 0, count = MNL_ARRAY_SIZE(cases), len = 0;
	if (argc != 4) {
		fprintf(stderr, "usage: mnl CASE INPUT PASSES\n");
		return 2;
	}
	while (which < count && strcmp(cases[which].name, argv[1]))
		which++;
	if (which == count)
		return 3;
	if (cases[which].live && strcmp(argv[2], "-"))
		return 2;
	struct mnl_socket *nl = cases[which].live ? open_socket() : NULL;
	char *data = nl ? NULL : read_file(argv[2], &len);
	struct usage usage = {0};
	struct sum sum = {0};
	for (int passes = atoi(argv[3]); passes > 0; passes--) {
		pass_begins(&usage);
		sum = nl ? live(nl, cases[which].one) : file(data, len, cases[which].one);
		pass_ends(&usage);
	}
	print_line(sum, &usage);
	return 0;
}
