<#
.SYNOPSIS
Configures this VM with the data that the operator has sealed for it.
.DESCRIPTION
Started at every boot by Start-HvoBootstrap.ps1, as SYSTEM, from a protected copy of the ISO's files. Only one of it runs at
a time.
.PARAMETER Root
Folder of the guest, which the image preparation has made.
.PARAMETER RestartBy
Self: restart Windows where that is needed. ExitCode: exit with 1003, upon which cloudbase-init restarts it.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $Root,
    [Parameter()] [ValidateSet('Self', 'ExitCode')] [string] $RestartBy = 'Self'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

foreach ($folder in 'border', 'common', 'functions') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')) {
        . $file
    }
}

try { $lock = [System.IO.File]::Open([System.IO.Path]::Combine($Root, 'guest.lock'), 'OpenOrCreate', 'ReadWrite', 'None') }
catch [System.IO.IOException] { exit 0 }
try {
    do { $result = Invoke-HvoGuest -Root $Root } while ($result -ceq 'Moved')
}
finally { $lock.Dispose() }
if ($result -ceq 'Restart') {
    if ($RestartBy -ceq 'ExitCode') { exit 1003 }
    Restart-Computer -Force
}
exit 0
