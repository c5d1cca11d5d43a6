FROM cloche-base
# expect cloche: nothing
