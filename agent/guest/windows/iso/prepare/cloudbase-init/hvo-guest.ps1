<#
.SYNOPSIS
    Runs the bootstrap script. cloudbase-init runs this script at every boot, and restarts Windows on exit code 1003.
#>
& '{root}\boot\Start-HvoBootstrap.ps1' -Root '{root}' -RestartBy ExitCode
exit $LASTEXITCODE
