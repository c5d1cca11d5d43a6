# The lease of a host: one console changes it at a time. Times are the host's own, so clocks need not agree.
# $1: take | beat | release   $2: state directory   $3: owner   $4: job   $5: seconds that it is good for
# $6: an owner that is known to be gone, whose lease may be taken before it expires; may be empty
#
# Leases are numbered and the newest counts. To take one is to make the file with the next number by a hard link, which
# fails where that name exists: of any number that find a lease over, exactly one has the next. The newest is never
# removed, only marked as over, so that one who looked long ago cannot take a number for the second time.
verb=$1 state=$2 owner=$3 job=$4 good=$5 gone=${6:-}
mkdir -p -m 700 -- "$state" || exit 1
now=$(date +%s)

write() { # a lease of ours, good until $2, into the file $1
    printf '%s\t%s\t%s\n' "$owner" "$job" "$2" >"$1"
}

look() { # sets newest, lease, holder, held_for, ends
    newest=0
    for file in "$state"/lease.*; do
        number=${file##*.}
        case $number in '' | *[!0-9]*) continue ;; esac
        if [ "$number" -gt "$newest" ]; then newest=$number; fi
    done
    lease=$state/lease.$newest
    found=$(cat -- "$lease" 2>/dev/null)
    holder=$(printf '%s' "$found" | cut -f1)
    held_for=$(printf '%s' "$found" | cut -f2)
    ends=$(printf '%s' "$found" | cut -f3)
    case $ends in '' | *[!0-9]*) ends=0 ;; esac
}

refuse() { # tells who has it
    printf '%s\t%s\t%s\n' "$holder" "$held_for" "$((ends - now))"
    exit 9
}

take() {
    look
    if [ "$ends" -gt "$now" ] && [ "$holder" != "$owner" ] && { [ -z "$gone" ] || [ "$holder" != "$gone" ]; }; then
        refuse
    fi
    mine=$state/taking.$$
    write "$mine" "$((now + good))" || exit 1
    if ! ln -- "$mine" "$state/lease.$((newest + 1))" 2>/dev/null; then
        rm -f -- "$mine"
        look
        refuse
    fi
    rm -f -- "$mine"
    while [ "$newest" -gt 0 ] && [ -e "$state/lease.$newest" ]; do
        rm -f -- "$state/lease.$newest"
        newest=$((newest - 1))
    done
}

replace() { # our lease by one that is good until $1
    look
    [ "$holder" = "$owner" ] || return 1
    write "$state/beating.$$" "$1" && mv -f -- "$state/beating.$$" "$lease"
}

case $verb in
take) take ;;
beat) replace "$((now + good))" || exit 9 ;;
release) replace 0 || exit 0 ;;
*) exit 2 ;;
esac
