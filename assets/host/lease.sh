# The lease of a host: one console changes it at a time. Times are the host's own, so clocks need not agree.
# $1: take | beat | release   $2: state directory   $3: owner   $4: job   $5: seconds that it is good for
# $6: an owner that is known to be gone, whose lease may be taken before it expires; may be empty
# $7: a file that everybody may read, which says who has the host; may be empty   $8: what the job does, in a word
#
# A lease is `OWNER JOB END BEGIN WHAT`, with tabs, in seconds since 1970; one that was given back ends at 0. They are numbered
# and the newest counts. To take one is to make the file with the next number by a hard link, which fails where that name exists:
# of any number that find a lease over, exactly one has the next. What is older is removed, and the newest never is, only marked
# as over. So one who looked long ago may make a number again that was taken and removed since, or renew one after another took
# the next: whoever has changed something looks again, and takes back what does not count.
# A lease is renewed and given back by owner and job, and only until its end: one that is over can only be taken anew.
# Whom it belongs to is told as `OWNER JOB SECONDS-LEFT SECONDS-HELD WHAT`: by exit code 9 who has it, by 0 whose had run out.
verb=$1 state=$2 owner=$3 job=$4 good=$5 gone=${6:-} notice=${7:-} what=${8:-change}
mkdir -p -m 700 -- "$state" || exit 1
since=''

write() { # a lease of ours, good until $2, into the file $1
    printf '%s\t%s\t%s\t%s\t%s\n' "$owner" "$job" "$2" "$since" "$what" >"$1"
}

show() { # until $1, to those who may not read the state directory; where nothing was stamped yet, nobody looks
    [ -n "$notice" ] && [ -d "${notice%/*}" ] || return 0
    if [ "$1" -eq 0 ]; then
        [ "$(cut -f1,2 -- "$notice" 2>/dev/null)" != "$(printf '%s\t%s' "$owner" "$job")" ] || rm -f -- "$notice"
    else
        { write "$notice.$$" "$1" && chmod 644 -- "$notice.$$" && mv -f -- "$notice.$$" "$notice"; } ||
            echo "$notice cannot be written: nobody sees who has the host" >&2
    fi
}

number_of() { # number_of FILE: sets number; false for what is no lease
    number=${1##*.}
    case $number in '' | *[!0-9]*) return 1 ;; esac
}

look() { # sets newest, and of that what `look_at` does
    newest=0
    for file in "$state"/lease.*; do
        number_of "$file" || continue
        if [ "$number" -gt "$newest" ]; then newest=$number; fi
    done
    look_at "$newest"
}

look_at() { # look_at NUMBER: sets now, lease, holder, held_for, ends, began, does
    now=$(date +%s)
    lease=$state/lease.$1
    found=$(cat -- "$lease" 2>/dev/null)
    holder=$(printf '%s' "$found" | cut -f1)
    held_for=$(printf '%s' "$found" | cut -f2)
    ends=$(printf '%s' "$found" | cut -f3)
    began=$(printf '%s' "$found" | cut -f4)
    does=$(printf '%s' "$found" | cut -f5)
    case $ends in '' | *[!0-9]*) ends=0 ;; esac
    case $began in '' | *[!0-9]*) began=$now ;; esac
}

is_anothers() { # what was looked at has not run out, and is not for us to take
    [ "$ends" -gt "$now" ] && [ "$holder" != "$owner" ] && { [ -z "$gone" ] || [ "$holder" != "$gone" ]; }
}

tell() { # whose it is, or was
    printf '%s\t%s\t%s\t%s\t%s\n' "$holder" "$held_for" "$((ends - now))" "$((now - began))" "$does"
}

refuse() {
    tell
    exit 9
}

cannot() { # cannot FILE
    rm -f -- "$1"
    echo "the lease cannot be written: is there room in $state?" >&2
    exit 1
}

take() {
    look
    ! is_anothers || refuse
    before=$newest mine=$((newest + 1)) until=$((now + good)) since=$now
    if [ "$holder" = "$owner" ] && [ "$ends" -gt 0 ]; then since=$began; fi
    write "$state/taking.$$" "$until" || cannot "$state/taking.$$"
    if ! ln -- "$state/taking.$$" "$state/lease.$mine" 2>/dev/null; then
        look
        [ "$newest" -ne "$before" ] || is_anothers || cannot "$state/taking.$$"
        rm -f -- "$state/taking.$$"
        refuse
    fi
    rm -f -- "$state/taking.$$"
    # Its holder may have renewed it since: he looks for ours after that, and this is after ours.
    look_at "$before"
    if ! is_anothers; then
        had=''
        if [ "$holder" != "$owner" ] && [ "$ends" -gt 0 ]; then had=$(tell); fi
        look
    fi
    if [ "$lease" != "$state/lease.$mine" ]; then
        rm -f -- "$state/lease.$mine"
        look
        refuse
    fi
    show "$until"
    for file in "$state"/lease.*; do
        if number_of "$file" && [ "$number" -lt "$mine" ]; then rm -f -- "$file"; fi
    done
    [ -z "$had" ] || printf '%s\n' "$had"
}

replace() { # our lease by one that is good for $1 seconds from now on; false where it is over
    look
    [ "$holder" = "$owner" ] && [ "$held_for" = "$job" ] || return 1
    # Before it is over for others: what they show is not taken away.
    [ "$1" -gt 0 ] || show 0
    [ "$ends" -gt "$now" ] || return 1
    since=$began what=$does mine=$newest until=0
    [ "$1" -eq 0 ] || until=$((now + $1))
    { write "$state/beating.$$" "$until" && mv -f -- "$state/beating.$$" "$lease"; } || cannot "$state/beating.$$"
    look
    if [ "$newest" -ne "$mine" ]; then
        rm -f -- "$state/lease.$mine"
        return 1
    fi
    [ "$until" -eq 0 ] || show "$until"
}

case $verb in
take) take ;;
beat) replace "$good" || exit 9 ;;
release) replace 0 || exit 0 ;;
*) exit 2 ;;
esac
