/* Dumps of the main table's routes, live, as a person who wants speed writes it.
 *
 * live CASE - PASSES */
#include "common.h"

enum { BUFFER = 32 * 1024 };

static char buffer[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));

static void ask(int fd, unsigned char protocol)
{
	struct { struct nlmsghdr h; struct rtmsg rtm; } request = {
		.h = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETROUTE,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 1},
		.rtm = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = protocol},
	};
	if (send(fd, &request, sizeof(request), 0) != (ssize_t)sizeof(request))
		fail("send");
}

static size_t receive(int fd, int flags)
{
	ssize_t len = recv(fd, buffer, BUFFER, MSG_TRUNC | flags);
	if (len < 0 && errno == EAGAIN)
		return 0;
	if (len < 0)
		fail("recv");
	if (len > BUFFER) {
		fprintf(stderr, "a datagram of %zd bytes\n", len);
		exit(2);
	}
	return (size_t)len;
}

static struct sum pass(int fd, unsigned char protocol)
{
	struct sum sum = {0};
	ask(fd, protocol);
	for (;;) {
		size_t len = receive(fd, 0);
		for (const struct nlmsghdr *h = (const void *)buffer; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return sum;
			if (h->nlmsg_type == NLMSG_ERROR) {
				fprintf(stderr, "the kernel refuses\n");
				exit(2);
			}
			if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)))
				continue;
			sum.messages++;
			sum.checksum += route3(h);
		}
	}
}

static struct sum all_routes(int fd) { return pass(fd, RTPROT_UNSPEC); }

static struct sum kernel_routes(int fd) { return pass(fd, RTPROT_KERNEL); }

/* Receives and throws away: the limit. When a datagram is taken the kernel makes the next one, so where there is none,
 * there is none to come. The sum is that of the bytes; how many messages they were is not looked at. */
static struct sum discard(int fd)
{
	struct sum sum = {0};
	ask(fd, RTPROT_UNSPEC);
	for (size_t len; (len = receive(fd, MSG_DONTWAIT)); )
		sum.checksum += len;
	return sum;
}

int main(int argc, char **argv)
{
	static const struct { const char *name; struct sum (*pass)(int); } cases[] = {
		{"discard", discard}, {"live-routes-pass", all_routes}, {"live-kernel", kernel_routes},
	};
	size_t which = 0, count = sizeof(cases) / sizeof(*cases);
	if (argc != 4 || strcmp(argv[2], "-")) {
		fprintf(stderr, "usage: live CASE - PASSES\n");
		return 2;
	}
	while (which < count && strcmp(cases[which].name, argv[1]))
		which++;
	if (which == count)
		return 3;
	int fd = netlink_socket(1), passes = atoi(argv[3]);
	/* Before they are measured, and without passes, too, so that it is no part of their instructions. */
	uint64_t messages = cases[which].pass == discard ? all_routes(fd).messages : 0;
	struct usage usage = {0};
	struct sum sum = {0};
	while (passes-- > 0) {
		pass_begins(&usage);
		sum = cases[which].pass(fd);
		pass_ends(&usage);
	}
	if (messages)
		sum.messages = messages;
	print_line(sum, &usage);
	return 0;
}
