/* Index, name and MTU of every link: what the smallest binary for it weighs. cc -Os -flto -s libmnl.c -lmnl
 *
 * libmnl and libc are apart from it, as they are from nothing else here but libc. */
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

static int show_attribute(const struct nlattr *attr, void *data)
{
	const struct nlattr **wanted = data;
	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME: wanted[0] = attr; break;
	case IFLA_MTU: wanted[1] = attr; break;
	}
	return MNL_CB_OK;
}

static int show(const struct nlmsghdr *h, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(h);
	const struct nlattr *wanted[2] = {0};
	(void)data;
	mnl_attr_parse(h, sizeof(*link), show_attribute, wanted);
	printf("%d %s %u\n", link->ifi_index, wanted[0] ? mnl_attr_get_str(wanted[0]) : "",
	       wanted[1] ? mnl_attr_get_u32(wanted[1]) : 0);
	return MNL_CB_OK;
}

int main(void)
{
	char buffer[32 * 1024];
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	ssize_t len;
	int more = MNL_CB_OK;
	h->nlmsg_type = RTM_GETLINK;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = 1;
	mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, h, h->nlmsg_len) < 0)
		return 1;
	while (more > MNL_CB_STOP) {
		if ((len = mnl_socket_recvfrom(socket, buffer, sizeof(buffer))) <= 0)
			return 1;
		more = mnl_cb_run(buffer, (size_t)len, 1, mnl_socket_get_portid(socket), show, NULL);
	}
	return more < 0;
}
