#!/bin/busybox sh
# The first process of a guest: shows it the file system of the machine that runs it, as its own.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in virtio_pci 9pnet_virtio 9p overlay; do modprobe "$module" || echo "no module $module"; done
mkdir -p /host /layer /new
shared=trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro
mount -t 9p -o "$shared" host /host
# Written to is a layer in memory.
mount -t tmpfs layer /layer
mkdir /layer/up /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/up,workdir=/layer/work none /new
# The modules of this kernel instead of that one's.
modules=/new/lib/modules/$(uname -r)
mkdir -p "$modules"
mount -t 9p -o "$shared" modules "$modules"
for dir in proc sys dev; do mount --move "/$dir" "/new/$dir"; done
mount -t tmpfs run /new/run
# Not in a child: where the kernel loads a module by itself, it looks from where the first process does.
exec switch_root /new /bin/sh "$(sed -n 's/.*netlink\.script=\([^ ]*\).*/\1/p' /new/proc/cmdline)"
