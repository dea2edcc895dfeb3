/* Cases over links. */
#ifndef LINKS_H
#define LINKS_H

#include "attrs.h"
#include "link_sets.h"

/* The links among the messages. */
#define FOR_LINKS(h, data, len)                                                                \
	FOR_MESSAGES(h, data, len)                                                             \
		if (h->nlmsg_type == RTM_NEWLINK && h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct ifinfomsg)))

#define LINK_ATTRS(h) ATTRS(struct ifinfomsg, h)
#define LINK_ATTRS_LEN(h) ATTRS_LEN(struct ifinfomsg, h)

/* What an attribute is, if it is there. */
static inline uint64_t u32_of(const struct rtattr *a) { return a && DATA_LEN(a) == 4 ? u32(DATA(a)) : 0; }
static inline uint64_t first_of(const struct rtattr *a) { return a && DATA_LEN(a) ? *(const uint8_t *)DATA(a) : 0; }

/* The first byte of the kind in an IFLA_LINKINFO. */
static inline uint64_t kind_of(const struct rtattr *info)
{
	return first_of(find(DATA(info), DATA_LEN(info), IFLA_INFO_KIND));
}

/* Eight fields of a link, one of them in a nest: one pass over the attributes. */
static struct sum links8(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_LINKS(h, data, len) {
		uint64_t all = (uint32_t)BODY(struct ifinfomsg, h)->ifi_index;
		FOR_ATTRS(a, LINK_ATTRS(h), LINK_ATTRS_LEN(h))
			switch (a->rta_type & NLA_TYPE_MASK) {
			case IFLA_MTU: case IFLA_MASTER: case IFLA_TXQLEN: case IFLA_GROUP: all += u32_of(a); break;
			case IFLA_IFNAME: case IFLA_ADDRESS: all += first_of(a); break;
			case IFLA_LINKINFO: all += kind_of(a); break;
			}
		sum.messages++;
		sum.checksum += all;
	}
	return sum;
}

/* Sixteen attributes of a link: one pass. */
static struct sum links16(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_LINKS(h, data, len) {
		uint64_t all = 0;
		FOR_ATTRS(a, LINK_ATTRS(h), LINK_ATTRS_LEN(h))
			switch (a->rta_type) {
			case IFLA_MTU: case IFLA_LINK: case IFLA_MASTER: case IFLA_TXQLEN: case IFLA_GROUP:
			case IFLA_PROMISCUITY: case IFLA_NUM_TX_QUEUES: case IFLA_NUM_RX_QUEUES:
			case IFLA_GSO_MAX_SIZE: case IFLA_MIN_MTU: case IFLA_MAX_MTU: case IFLA_CARRIER_CHANGES:
				all += u32_of(a);
				break;
			case IFLA_IFNAME: case IFLA_QDISC: case IFLA_ADDRESS: case IFLA_BROADCAST:
				all += first_of(a);
				break;
			}
		sum.messages++;
		sum.checksum += all;
	}
	return sum;
}

/* The same with a way to find an attribute. */
#define SIXTEEN(WORD, FIRST_BYTE)                                                                  \
	(WORD(IFLA_MTU) + WORD(IFLA_LINK) + WORD(IFLA_MASTER) + WORD(IFLA_TXQLEN) + WORD(IFLA_GROUP) +     \
	 WORD(IFLA_PROMISCUITY) + WORD(IFLA_NUM_TX_QUEUES) + WORD(IFLA_NUM_RX_QUEUES) +                 \
	 WORD(IFLA_GSO_MAX_SIZE) + WORD(IFLA_MIN_MTU) + WORD(IFLA_MAX_MTU) + WORD(IFLA_CARRIER_CHANGES) + \
	 FIRST_BYTE(IFLA_IFNAME) + FIRST_BYTE(IFLA_QDISC) + FIRST_BYTE(IFLA_ADDRESS) + FIRST_BYTE(IFLA_BROADCAST))

/* Each looked for. */
static struct sum links16_rescan(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_LINKS(h, data, len) {
#define FOUND(type) find(LINK_ATTRS(h), LINK_ATTRS_LEN(h), type)
#define WORD_FOUND(type) u32_of(FOUND(type))
#define FIRST_FOUND(type) first_of(FOUND(type))
		sum.messages++;
		sum.checksum += SIXTEEN(WORD_FOUND, FIRST_FOUND);
	}
	return sum;
}

/* By an index of where each first stands. */
static struct sum links16_index(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_LINKS(h, data, len) {
		uint16_t places[72] = {0};
		FOR_ATTRS(a, LINK_ATTRS(h), LINK_ATTRS_LEN(h))
			if (a->rta_type < 72 && !places[a->rta_type])
				places[a->rta_type] = (uint16_t)(((const char *)a - (const char *)h) / RTA_ALIGNTO);
#define AT(type) (places[type] ? (const void *)((const char *)h + (size_t)places[type] * RTA_ALIGNTO) : NULL)
#define WORD_AT(type) u32_of(AT(type))
#define FIRST_AT(type) first_of(AT(type))
		sum.messages++;
		sum.checksum += SIXTEEN(WORD_AT, FIRST_AT);
	}
	return sum;
}

static inline uint64_t words(const char *at, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += u32(at + 4 * i);
	return sum;
}

static inline uint64_t longs(const char *at, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += u64(at + 8 * i);
	return sum;
}

static inline uint64_t ints(const char *at, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (uint64_t)(int64_t)(int32_t)u32(at + 4 * i);
	return sum;
}

static inline uint64_t be_words(const char *at, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += __builtin_bswap32(u32(at + 4 * i));
	return sum;
}

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

static uint64_t info_sum(const char *at, size_t len);

/* Every attribute of a set: one pass, by its table. */
static uint64_t set_sum(enum set set, const char *at, size_t len)
{
	uint64_t sum = 0;
	FOR_ATTRS(a, at, len) {
		unsigned type = a->rta_type & NLA_TYPE_MASK;
		if (type >= MAX_ATTR)
			continue;
		struct is is = sets[set][type];
		const char *p = DATA(a);
		size_t n = DATA_LEN(a);
		switch (is.kind) {
		case IS_U32: sum += n == 4 ? u32(p) : 0; break;
		case IS_U8: sum += n == 1 ? *(const uint8_t *)p : 0; break;
		case IS_U16: sum += n == 2 ? u16(p) : 0; break;
		case IS_U64: sum += n == 8 ? u64(p) : 0; break;
		case IS_I32: sum += n == 4 ? ints(p, 1) : 0; break;
		case IS_BE16: sum += n == 2 ? __builtin_bswap16(u16(p)) : 0; break;
		case IS_BE32: sum += n == 4 ? __builtin_bswap32(u32(p)) : 0; break;
		case IS_UINT: sum += n == 4 ? u32(p) : n == 8 ? u64(p) : 0; break;
		case IS_FIRST: sum += n ? *(const uint8_t *)p : 0; break;
		case IS_WORDS: sum += n % 4 ? 0 : words(p, n / 4); break;
		case IS_INTS: sum += n % 4 ? 0 : ints(p, n / 4); break;
		case IS_BE_WORDS: sum += n % 4 ? 0 : be_words(p, n / 4); break;
		case IS_LONGS: sum += n % 8 ? 0 : longs(p, n / 8); break;
		case IS_WORDS2: sum += words(p, least(n / 4, 2)); break;
		case IS_WORDS4: sum += words(p, least(n / 4, 4)); break;
		case IS_STATS: sum += words(p, least(n / 4, sizeof(struct rtnl_link_stats) / 4)); break;
		case IS_STATS64: sum += longs(p, least(n / 8, 25)); break;
		case IS_MAP:
			if (n >= sizeof(struct rtnl_link_ifmap))
				sum += longs(p, 3) + u16(p + 24) + (uint8_t)p[26] + (uint8_t)p[27];
			break;
		case IS_BRIDGE_ID: sum += n == 8 ? (uint64_t)(uint8_t)p[0] + (uint8_t)p[2] : 0; break;
		case IS_PORTS: sum += n == 4 ? __builtin_bswap16(u16(p)) + __builtin_bswap16(u16(p + 2)) : 0; break;
		case IS_NEST: sum += set_sum(is.set, p, n); break;
		case IS_INFO: sum += info_sum(p, n); break;
		}
	}
	return sum;
}

/* The set of a kind of link, or of port. */
static enum set set_of(const struct rtattr *kind, int port)
{
	static const struct { const char *kind; enum set set; } links[] = {
		{"bridge", BRIDGE}, {"vxlan", VXLAN}, {"macvlan", MACVLAN}, {"vlan", VLAN}, {"vrf", VRF},
		{"bond", BOND}, {"ipvlan", IPVLAN}, {"sit", SIT}, {"ipip", IPIP}, {"ip6tnl", IP6TNL}, {"gre", GRE},
		{"gretap", GRE}, {"erspan", GRE}, {"ip6gre", IP6GRE}, {"ip6gretap", IP6GRE},
		{"ip6erspan", IP6GRE}, {"vti", VTI}, {"vti6", VTI6},
	}, ports[] = {{"bridge", BRIDGE_PORT}, {"bond", BOND_PORT}, {"vrf", VRF_PORT}};
	size_t n = port ? sizeof(ports) / sizeof(*ports) : sizeof(links) / sizeof(*links);
	for (size_t i = 0; kind && i < n; i++) {
		const char *name = port ? ports[i].kind : links[i].kind;
		if (DATA_LEN(kind) == strlen(name) + 1 && !memcmp(DATA(kind), name, DATA_LEN(kind)))
			return port ? ports[i].set : links[i].set;
	}
	return SETS;
}

/* IFLA_LINKINFO: what is in the data, the kind before it says. */
static uint64_t info_sum(const char *at, size_t len)
{
	const struct rtattr *kind = NULL, *port_kind = NULL;
	uint64_t sum = 0;
	enum set set;
	FOR_ATTRS(a, at, len)
		switch (a->rta_type & NLA_TYPE_MASK) {
		case IFLA_INFO_KIND: kind = a; sum += first_of(a); break;
		case IFLA_INFO_SLAVE_KIND: port_kind = a; sum += first_of(a); break;
		case IFLA_INFO_DATA:
		case IFLA_INFO_SLAVE_DATA:
			set = (a->rta_type & NLA_TYPE_MASK) == IFLA_INFO_DATA ? set_of(kind, 0) : set_of(port_kind, 1);
			if (set != SETS)
				sum += set_sum(set, DATA(a), DATA_LEN(a));
			break;
		}
	return sum;
}

/* Every attribute with its type, and the fixed header. */
static struct sum links_all(const char *data, size_t len)
{
	struct sum sum = {0};
	FOR_LINKS(h, data, len) {
		const struct ifinfomsg *link = BODY(struct ifinfomsg, h);
		sum.messages++;
		sum.checksum += link->ifi_family + (uint64_t)link->__ifi_pad + link->ifi_type +
				(uint64_t)(int64_t)link->ifi_index + link->ifi_flags + link->ifi_change +
				set_sum(LINK, LINK_ATTRS(h), LINK_ATTRS_LEN(h));
	}
	return sum;
}

#endif
