/* Adds routes, as a person who wants speed writes it: see README.md for which.
 *
 * write CASE COUNT PASSES */
#include "common.h"
#include <linux/if.h>
#include <arpa/inet.h>
#include <sys/ioctl.h>

unsigned int if_nametoindex(const char *name);

#define DEVICE "w0"

enum { TABLE = 100, MOST = 1000, ANSWERS = 32 * 1024 };

struct request {
	struct nlmsghdr h;
	struct rtmsg rtm;
	struct rtattr dst_attr; uint32_t dst;
	struct rtattr gateway_attr; uint32_t gateway;
	struct rtattr oif_attr; uint32_t oif;
};

static struct request batch[MOST];
static char answers[ANSWERS] __attribute__((aligned(NLMSG_ALIGNTO)));

/* A device that goes down loses its routes. */
static void clear(void)
{
	struct ifreq request = {.ifr_name = DEVICE};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail(DEVICE);
	request.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail(DEVICE);
	close(fd);
}

static void fill(struct request *r, uint32_t i, uint32_t oif, int ack)
{
	const struct rtattr attr = {.rta_len = RTA_LENGTH(4)};
	*r = (struct request){
		.h = {.nlmsg_len = sizeof(*r), .nlmsg_type = RTM_NEWROUTE, .nlmsg_seq = i + 1,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | (ack ? NLM_F_ACK : 0)},
		.rtm = {.rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_table = TABLE,
			.rtm_protocol = RTPROT_STATIC, .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST},
		.dst_attr = attr, .dst = htonl((20U << 24) + (i << 8)),
		.gateway_attr = attr, .gateway = htonl((10U << 24) + (200U << 16) + 2 + i % 200),
		.oif_attr = attr, .oif = oif,
	};
	r->dst_attr.rta_type = RTA_DST;
	r->gateway_attr.rta_type = RTA_GATEWAY;
	r->oif_attr.rta_type = RTA_OIF;
}

/* Waits for so many answers. */
static void read_answers(int fd, uint32_t count)
{
	while (count) {
		ssize_t got = recv(fd, answers, ANSWERS, 0);
		if (got < 0)
			fail("recv");
		size_t len = (size_t)got;
		for (const struct nlmsghdr *h = (const void *)answers; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			const struct nlmsgerr *e = NLMSG_DATA(h);
			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			if (e->error) {
				errno = -e->error;
				fail("route");
			}
			count--;
		}
	}
}

/* Adds routes, so many with one system call, of which each or the last is acknowledged. */
static struct sum add(int fd, uint32_t oif, uint32_t count, uint32_t at_once, int each)
{
	struct sum sum = {0};
	for (uint32_t i = 0; i < count;) {
		uint32_t n = 0;
		for (; n < at_once && i < count; n++, i++)
			fill(&batch[n], i, oif, each || n + 1 == at_once || i + 1 == count);
		if (send(fd, batch, n * sizeof(*batch), 0) < 0)
			fail("send");
		read_answers(fd, each ? n : 1);
		sum.messages += n;
		sum.checksum += n;
	}
	return sum;
}

int main(int argc, char **argv)
{
	static const struct { const char *name; uint32_t at_once; int each; } cases[] = {
		{"add-one", 1, 1}, {"add-last-100", 100, 0}, {"add-each-100", 100, 1}, {"add-last-1000", MOST, 0},
	};
	size_t which = 0, kinds = sizeof(cases) / sizeof(*cases);
	if (argc != 4) {
		fprintf(stderr, "usage: write CASE COUNT PASSES\n");
		return 2;
	}
	while (which < kinds && strcmp(cases[which].name, argv[1]))
		which++;
	if (which == kinds)
		return 3;
	uint32_t oif = if_nametoindex(DEVICE), count = (uint32_t)strtoul(argv[2], NULL, 10);
	if (!oif)
		fail(DEVICE);
	int fd = netlink_socket(0), room = 1 << 20;
	/* For the answers; the kernel gives what it allows. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	struct usage usage = {0};
	struct sum sum = {0};
	for (int passes = atoi(argv[3]); passes > 0; passes--) {
		clear();
		pass_begins(&usage);
		sum = add(fd, oif, count, cases[which].at_once, cases[which].each);
		pass_ends(&usage);
	}
	print_line(sum, &usage);
	return 0;
}
