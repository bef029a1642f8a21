<#
.SYNOPSIS
    Deletes the machine's folder: disk, ISO, configuration, journal, and the lock last.
.DESCRIPTION
    Retries for a minute while Hyper-V merges or holds files. A link in the folder is deleted, not followed.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Context.Journal = $null
$ends = [DateTime]::UtcNow.AddSeconds(60)
while ([System.IO.Directory]::Exists($Context.Folder)) {
    try {
        Remove-HvoMachineFolder -Context $Context
    } catch {
        if ([DateTime]::UtcNow -ge $ends) { throw }
        Start-Sleep -Milliseconds 500
    }
}
