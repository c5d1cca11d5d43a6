# The stamp, its history, who changes it, its clock, its boot and the free space of a host, as key=value lines.
# $1: stamp file  $2: history file  $3: staging directory  $4: the engine's data root  $5: file of session labels
# $6: the notice of its lease
stamp=$1 history=$2 staging=$3 root=$4 labels=$5 notice=${6:-}

free() { # bytes that are free where $1 is or will be
    path=$1
    while [ ! -e "$path" ] && [ "$path" != / ]; do path=$(dirname "$path"); done
    kilobytes=$(df -Pk -- "$path" 2>/dev/null | awk 'NR == 2 { print $4 }')
    echo "$((${kilobytes:-0} * 1024))"
}

if [ -e "$history" ] && [ ! -r "$history" ]; then
    # Without it nobody knows which tags were active before: a prune would take them for unneeded.
    echo stamp_state=unreadable
    echo "stamp_problem=its history $history cannot be read"
elif [ ! -e "$stamp" ] && [ ! -L "$stamp" ]; then
    echo stamp_state=missing
elif [ ! -f "$stamp" ]; then
    echo stamp_state=unreadable
    echo "stamp_problem=it is not a regular file"
elif content=$(head -c 400 -- "$stamp" 2>&1); then
    echo stamp_state=read
    printf 'stamp=%s\n' "$(printf '%s' "$content" | tr '\n' ' ')"
else
    echo stamp_state=unreadable
    printf 'stamp_problem=%s\n' "$content"
fi
if [ -r "$history" ]; then
    tail -n 50 -- "$history" | sed 's/^/history=/'
fi
if [ -f "$labels" ] && [ -r "$labels" ]; then
    head -n 5000 -- "$labels" | sed 's/^/label=/'
fi
if [ -f "$notice" ] && [ -r "$notice" ]; then
    tab=$(printf '\t')
    head -n 1 -- "$notice" | while IFS=$tab read -r holder job ends since what; do
        case $ends:$since in *[!0-9:]* | :* | *:) continue ;; esac
        now=$(date +%s)
        printf 'lease=%s\t%s\t%s\t%s\t%s\n' "$holder" "$job" "$((ends - now))" "$((now - since))" "$what"
    done
fi
echo "clock=$(date +%s)"
echo "boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
echo "staging=$(free "$staging")"
echo "engine_root=$(free "$root")"
