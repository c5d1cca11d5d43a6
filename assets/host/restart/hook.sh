#!/bin/sh
# Takes up the restarts of sessions that a boot has interrupted; for cron's @reboot line and its daily run. $1: tagboat's state directory on this host.
#
# A journal that names no new containers yet may be one that a console works on at this moment: it has an hour.
state=${1:-/var/lib/tagboat}
# A journal that was never written to its end is nobody's.
find "$state/restarts" -maxdepth 1 -name '*.part' -mmin +60 -exec rm -rf {} + 2>/dev/null
for dir in "$state"/restarts/????????-??????-????-*; do
  [ -e "$dir/restart.sh" ] && [ ! -e "$dir/ended" ] || continue
  [ -e "$dir/made" ] || [ -n "$(find "$dir" -maxdepth 0 -mmin +60)" ] || continue
  sh "$dir/restart.sh" launch "$dir" recover
done
