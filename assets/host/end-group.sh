# Ends the process group $1 on a host: politely, and after two seconds by force. A group that is gone is fine.
kill -s TERM -- "-$1" 2>/dev/null || exit 0
tries=0
while [ "$tries" -lt 20 ] && kill -s 0 -- "-$1" 2>/dev/null; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -s KILL -- "-$1" 2>/dev/null
exit 0
