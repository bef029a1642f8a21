<#
.SYNOPSIS
Starts the guest from the provisioning disc, at every boot, until this VM is provisioned.
.DESCRIPTION
Part of the image: the image preparation puts it into a folder of SYSTEM and Administrators, and has it started as SYSTEM.
.PARAMETER Root
Folder of the guest, which the image preparation has made.
.PARAMETER RestartBy
Self: the guest restarts Windows. ExitCode: it exits with 1003, upon which cloudbase-init restarts it.
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

# What breaks unforeseen (a full disk, a service that is not up yet) may not break the next time.
for ($try = 1; $true; $try++) {
    try {
        $entry = Install-HvoGuestScript -Root $Root
        if (-not $entry) { exit 0 }
        & $entry -Root $Root -RestartBy $RestartBy
        exit $LASTEXITCODE
    }
    catch {
        # The text of the error stays here: it may echo what a command was given.
        Write-HvoGuestLog -Context @{ Log = [System.IO.Path]::Combine($Root, 'guest.log') } -Word Broke `
            -Number $_.Exception.HResult
        if ($try -ge 30) { exit 1 }
        Start-Sleep -Seconds 60
    }
}
