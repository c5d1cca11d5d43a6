# The lease of a host: one operator changes it at a time. Times are the host's own, so clocks need not agree.
# $1: take | beat | release   $2: state directory   $3: owner   $4: job   $5: seconds that it is good for
# $6: an owner that is known to be gone, whose lease may be taken before it expires; may be empty
verb=$1 state=$2 owner=$3 job=$4 good=$5 gone=${6:-}
lease=$state/lease
mkdir -p -m 700 -- "$state" || exit 1
now=$(date +%s)

write() { # a lease of ours into the file $1
    printf '%s\t%s\t%s\n' "$owner" "$job" "$((now + good))" >"$1"
}

is_ours() {
    [ "$(cut -f1 -- "$lease" 2>/dev/null)" = "$owner" ]
}

take() {
    mine=$lease.$$
    write "$mine" || exit 1
    # A hard link fails where the name exists: of two that take at once, one has it.
    if ln -- "$mine" "$lease" 2>/dev/null; then
        rm -f -- "$mine"
        exit 0
    fi
    found=$(cat -- "$lease" 2>/dev/null)
    ends=$(printf '%s' "$found" | cut -f3)
    if is_ours; then
        mv -f -- "$mine" "$lease"
        exit 0
    fi
    holder=$(printf '%s' "$found" | cut -f1)
    if [ "${ends:-0}" -le "$now" ] || { [ -n "$gone" ] && [ "$holder" = "$gone" ]; }; then
        # Nobody's any more: move exactly what was read out of the way; what somebody else took meanwhile goes back.
        mv -- "$lease" "$lease.expired.$$" 2>/dev/null
        if [ "$(cat -- "$lease.expired.$$" 2>/dev/null)" != "$found" ]; then
            ln -- "$lease.expired.$$" "$lease" 2>/dev/null
        fi
        rm -f -- "$lease.expired.$$"
        if ln -- "$mine" "$lease" 2>/dev/null; then
            rm -f -- "$mine"
            exit 0
        fi
        found=$(cat -- "$lease" 2>/dev/null)
        ends=$(printf '%s' "$found" | cut -f3)
    fi
    rm -f -- "$mine"
    printf '%s\t%s\n' "$(printf '%s' "$found" | cut -f1,2)" "$((${ends:-0} - now))"
    exit 9
}

case $verb in
take) take ;;
beat)
    is_ours || exit 9
    write "$lease.$$" && mv -f -- "$lease.$$" "$lease"
    ;;
release)
    if is_ours; then rm -f -- "$lease"; fi
    ;;
esac
