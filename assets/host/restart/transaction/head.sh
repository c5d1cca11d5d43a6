#!/bin/sh
# Replaces the container of one session, by its host alone: from the hold of the old container to the clean-up, or back.
# It needs the docker CLI and coreutils; dash and busybox sh run it. Its journal is DIR, written by restart/record.sh.
#
#   launch DIR transact|recover   one of these, detached from the login
#   transact DIR                  the whole of it; what fails is put back
#   recover DIR                   the rest, wherever a run ended: forwards after the commit, back before it
#   follow DIR LINE SECONDS       the status from LINE on, and whether more will come
#   abort DIR                     asks for the way back; after the commit it is too late
#
# Journal: plan, probe-command and probe-line (what to do), old.json (the old container), made (the new ones: nothing is touched before
# it is there), runner.N (who works on it), stopping, abort, failed, committed, ended, status (`EPOCH STEP STATE DETAIL`, for the console),
# words (the last of an --rm container), said (of a probe command).
# Containers are known by their ids: a name may change or be taken.
# shellcheck disable=SC2015,SC2030,SC2031 # `a && b || c` where b cannot fail; what a pipeline changes is meant to be lost
set -u
umask 077
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
