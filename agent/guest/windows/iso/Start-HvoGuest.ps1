<#
.SYNOPSIS
    Provisions this VM with the data that the operator has sealed for it.
.DESCRIPTION
    Start-HvoBootstrap.ps1 runs this script as SYSTEM at every boot, from a protected copy of the ISO's files. A second
    instance ends at once.
.PARAMETER Root
    Folder of the guest, which the image preparation has created.
.PARAMETER RestartBy
    Self: restart Windows when needed. ExitCode: exit with 1003, on which cloudbase-init restarts Windows.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $Root,
    [Parameter()] [ValidateSet('Self', 'ExitCode')] [string] $RestartBy = 'Self'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

#region functions
#endregion

$lockFile = [System.IO.Path]::Combine($Root, 'guest.lock')
try {
    $lock = [System.IO.File]::Open($lockFile, 'OpenOrCreate', 'ReadWrite', 'None')
} catch [System.IO.IOException] {
    exit 0
}
try {
    do { $result = Invoke-HvoGuest -Root $Root } while ($result -ceq 'VmChanged')
} finally {
    $lock.Dispose()
}
if ($result -ceq 'RestartRequired') {
    if ($RestartBy -ceq 'ExitCode') { exit 1003 }
    Restart-Computer -Force
}
exit 0
