# Has the service manager of the host start a unit at boot, or not any more. $1: enable | disable; $2: unit; $3: now, or empty
# Prints `there` where that was so already, `put` otherwise.
set -eu
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
what=$1 unit=$2 now=${3:-}
[ -d /run/systemd/system ] || { echo "this host is not run by systemd" >&2; exit 3; }
systemctl daemon-reload
is_enabled() { [ "$(systemctl is-enabled "$unit" 2>/dev/null | head -n 1)" = enabled ]; }
# What was enabled and did not start is not there yet.
is_there() { is_enabled && { [ -z "$now" ] || systemctl is-active --quiet "$unit"; }; }
if [ "$what" = enable ]; then
  if is_there; then
    echo there
    exit 0
  fi
  systemctl enable --quiet ${now:+--now} "$unit"
  is_enabled || { echo "$unit is not enabled" >&2; exit 1; }
else
  if ! is_enabled; then
    echo there
    exit 0
  fi
  systemctl disable --quiet ${now:+--now} "$unit"
fi
echo put
