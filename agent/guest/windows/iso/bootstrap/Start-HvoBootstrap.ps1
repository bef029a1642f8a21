<#
.SYNOPSIS
    Starts the guest from the provisioning disc, at every boot until this VM is provisioned.
.DESCRIPTION
    Part of the image. The image preparation installs this script in a folder that only SYSTEM and Administrators can
    access, and has it started as SYSTEM.
.PARAMETER Root
    Folder of the guest, which the image preparation has created.
.PARAMETER RestartBy
    Self: the guest restarts Windows. ExitCode: the guest exits with 1003, on which cloudbase-init restarts Windows.
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

# An unexpected error, such as a full disk or a service that has not started yet, may not occur again.
for ($try = 1; $true; $try++) {
    try {
        $entry = Install-HvoGuestScript -Root $Root
        if (-not $entry) { exit 0 }
        & $entry -Root $Root -RestartBy $RestartBy
        exit $LASTEXITCODE
    } catch {
        # The text of the error is not logged: it may repeat an argument of a command.
        $context = [PSCustomObject]@{ Log = [System.IO.Path]::Combine($Root, 'guest.log') }
        Write-HvoGuestLog -Context $context -Name UnexpectedError -Number $_.Exception.HResult
        if ($try -ge 30) { exit 1 }
        Start-Sleep -Seconds 60
    }
}
