# How a step begins and how it fails: each is a moment to turn back at, and one at which a test lets everything die.

begin() { # begin STEP: the last moment to turn back before it
  crash_point "$1"
  turn_back_if_asked
  say "$1" running
}
turn_back_if_asked() { [ ! -e "$dir/abort" ] || put_back cancelled; }
fail() { # fail STEP WHY; not `:`, which ends a shell that cannot write
  true >"$dir/failed"
  say "$1" failed "$2"
  put_back failed
}
