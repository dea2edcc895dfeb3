//! Sets of many kinds, as `ipset` takes them.

/// What makes them, a command each.
pub(crate) const SETS: &[&str] = &[
    "create a hash:ip timeout 600 counters comment skbinfo hashsize 256 maxelem 1000 netmask 24",
    "add a 192.0.2.1 timeout 300 packets 3 bytes 4 comment text skbmark 0x11/0xff skbprio 1:10 skbqueue 3",
    "create b hash:net,port family inet6",
    "add b 2001:db8::/32,tcp:80",
    "add b 2001:db8:1::/48,udp:53 nomatch",
    "create c bitmap:port range 1000-2000",
    "add c 1005-1010",
    "create d bitmap:ip,mac range 192.0.2.0/24",
    "add d 192.0.2.7,02:00:00:00:00:0a",
    "create e hash:net,iface",
    "add e 10.0.0.0/8,physdev:eth0",
    "create f hash:ip,port,ip",
    "add f 192.0.2.1,tcp:80,192.0.2.9",
    "create g list:set size 8",
    "add g a",
    "add g c before a",
    "create h bitmap:ip range 10.0.0.0/8 netmask 16",
    "add h 10.3.0.0",
    "create i hash:ip,port,net forceadd",
    "add i 192.0.2.1,sctp:9,10.0.0.0/8",
    "create k hash:net,net",
    "add k 192.0.2.0/24,198.51.100.0/24",
];
