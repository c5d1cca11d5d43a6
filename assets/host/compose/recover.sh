# What every transaction of Compose begins with when it is taken up: whatever its dead run has left of Compose ends first; then it goes
# on to its end after the commit, and back before it. `forwards`, `put_back` and `untouched` are those of its kind.

recover() {
  printf '\n' >>"$dir/status" # a line may have been cut off
  end_compose
  died=yes
  if [ -e "$dir/committed" ]; then
    ensure_claimed
    forwards
  elif [ -e "$dir/made" ]; then
    ensure_claimed
    put_back interrupted
  fi
  # The console died before it handed over.
  untouched interrupted
}

add_note() { note="${note:+$note; }$1"; }

use_engine() { # what every plan of Compose says of the engine and of Compose, once it was read; fails for what is not understood
  case $kind in plugin | standalone) ;; *) return 1 ;; esac
  [ -z "$socket" ] || export DOCKER_HOST="unix://$socket"
  unset DOCKER_CONTEXT
}
