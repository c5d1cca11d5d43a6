# The lease of a host: one console changes it at a time. Times are the host's own, so clocks need not agree.
# $1: take | beat | release   $2: state directory   $3: owner   $4: job   $5: seconds that it is good for
# $6: an owner that is known to be gone, whose lease may be taken before it expires; may be empty
# $7: a file that everybody may read, which says who has the host; may be empty   $8: what the job does, in a word
#
# A lease is `OWNER JOB END BEGIN WHAT`, with tabs, in seconds since 1970; one that is over ends at 0. They are numbered and the
# newest counts. To take one is to make the file with the next number by a hard link, which fails where that name exists: of
# any number that find a lease over, exactly one has the next. The newest is never removed, only marked as over, so that one
# who looked long ago cannot take a number for the second time.
# Whom it belongs to is told as `OWNER JOB SECONDS-LEFT SECONDS-HELD WHAT`: by exit code 9 who has it, by 0 whose had run out.
verb=$1 state=$2 owner=$3 job=$4 good=$5 gone=${6:-} notice=${7:-} what=${8:-change}
mkdir -p -m 700 -- "$state" || exit 1
now=$(date +%s)
since=$now

write() { # a lease of ours, good until $2, into the file $1
    printf '%s\t%s\t%s\t%s\t%s\n' "$owner" "$job" "$2" "$since" "$what" >"$1"
}

show() { # until $1, to those who may not read the state directory; where nothing was stamped yet, nobody looks
    [ -n "$notice" ] && [ -d "${notice%/*}" ] || return 0
    if [ "$1" -eq 0 ]; then
        rm -f -- "$notice"
    else
        { write "$notice.$$" "$1" && chmod 644 -- "$notice.$$" && mv -f -- "$notice.$$" "$notice"; } ||
            echo "$notice cannot be written: nobody sees who has the host" >&2
    fi
}

look() { # sets newest, lease, holder, held_for, ends, began, does
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
    began=$(printf '%s' "$found" | cut -f4)
    does=$(printf '%s' "$found" | cut -f5)
    case $ends in '' | *[!0-9]*) ends=0 ;; esac
    case $began in '' | *[!0-9]*) began=$now ;; esac
}

tell() { # whose it is, or was
    printf '%s\t%s\t%s\t%s\t%s\n' "$holder" "$held_for" "$((ends - now))" "$((now - began))" "$does"
}

refuse() {
    tell
    exit 9
}

take() {
    look
    if [ "$ends" -gt "$now" ] && [ "$holder" != "$owner" ] && { [ -z "$gone" ] || [ "$holder" != "$gone" ]; }; then
        refuse
    fi
    before=''
    if [ "$holder" = "$owner" ] && [ "$ends" -gt 0 ]; then
        since=$began
    elif [ "$ends" -gt 0 ]; then
        before=$(tell)
    fi
    mine=$state/taking.$$
    write "$mine" "$((now + good))" || exit 1
    if ! ln -- "$mine" "$state/lease.$((newest + 1))" 2>/dev/null; then
        rm -f -- "$mine"
        look
        refuse
    fi
    rm -f -- "$mine"
    show "$((now + good))"
    while [ "$newest" -gt 0 ] && [ -e "$state/lease.$newest" ]; do
        rm -f -- "$state/lease.$newest"
        newest=$((newest - 1))
    done
    [ -z "$before" ] || printf '%s\n' "$before"
}

replace() { # our lease by one that is good until $1; what was over cannot be renewed, only taken anew
    look
    [ "$holder" = "$owner" ] && [ "$ends" -gt 0 ] || return 1
    since=$began what=$does job=$held_for
    # Before it is over for others, and after it is ours: what they show is not taken away.
    [ "$1" -gt 0 ] || show 0
    write "$state/beating.$$" "$1" && mv -f -- "$state/beating.$$" "$lease" && { [ "$1" -eq 0 ] || show "$1"; }
}

case $verb in
take) take ;;
beat) replace "$((now + good))" || exit 9 ;;
release) replace 0 || exit 0 ;;
*) exit 2 ;;
esac
