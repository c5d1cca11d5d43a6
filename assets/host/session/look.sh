# What a change of a session must know of its host, before anything changes. One line for each answer.
# $1: state directory; $2: session; then `bind PATH`, `uid USER`, `gid USER` or `address -`, each pair as two arguments.
set -u
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
state=$1 session=$2
shift 2
open=$state/restarts/$session.open
# A claim whose journal is over or gone is nobody's: the host died between the two.
if [ -e "$open" ]; then
  journal=$(cat "$open")
  if [ -d "$state/restarts/$journal" ] && [ ! -e "$state/restarts/$journal/ended" ]; then echo "open $journal"; fi
fi
first_address() { # the first one that is not the host's own loop
  if command -v ip >/dev/null 2>&1; then
    ip -4 -o addr show scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4; exit }'
  else
    hostname -I 2>/dev/null | tr ' ' '\n' | awk '/^[0-9.]+$/ && !/^127\./ { print; exit }'
  fi
}
while [ $# -gt 1 ]; do
  case $1 in
    bind) [ -e "$2" ] || echo "missing $2" ;;
    uid) if number=$(id -u -- "$2" 2>/dev/null); then echo "uid $2 $number"; else echo "nobody $2"; fi ;;
    gid) if number=$(id -g -- "$2" 2>/dev/null); then echo "gid $2 $number"; else echo "nobody $2"; fi ;;
    address) echo "address $(first_address)" ;;
  esac
  shift 2
done
