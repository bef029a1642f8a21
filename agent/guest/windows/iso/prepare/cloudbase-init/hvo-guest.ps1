<#
.SYNOPSIS
Started by cloudbase-init at every boot: starts the guest. Exit code 1003 has Windows restarted and this run again.
#>
& '{root}\boot\Start-HvoBootstrap.ps1' -Root '{root}' -RestartBy ExitCode
exit $LASTEXITCODE
