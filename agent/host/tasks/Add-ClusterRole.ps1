<#
.SYNOPSIS
    Makes a VM a role of the failover cluster; run as SYSTEM by a scheduled task of Invoke-HvoRoleTask.
.DESCRIPTION
    Without VmId it only asks for the cluster's name. What happened goes to ResultPath as JSON: ok, message, warnings.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $ResultPath,
    [Parameter()] [string] $VmId = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path ([System.IO.Path]::GetDirectoryName($PSScriptRoot)) 'Functions.ps1')

$warnings = [System.Collections.ArrayList]::new()
$result = [ordered]@{ ok = $true; message = ''; warnings = @() }
try {
    Set-HvoModuleAlias
    $null = Get-Cluster -ErrorAction Stop
    if ($VmId) { Add-HvoClusterRole -VmId $VmId -Warnings $warnings }
} catch {
    $result.ok = $false
    $result.message = [string]$_.Exception.Message
}
$result.warnings = [string[]]$warnings
Write-HvoFile -Path $ResultPath -Text (ConvertTo-HvoJson $result)
