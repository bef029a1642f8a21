<#
.SYNOPSIS
    Writes what the host has, one JSON object a line: host, images, VMs, journals, tombstones, and an outcome at the end.
.DESCRIPTION
    $input | & '<agent>\Get-HostInventory.ps1', with the job as for Invoke-ProvisioningJob.ps1. Changes nothing. What
    Hyper-V has is asked for all VMs at once.
.OUTPUTS
    Strings of JSON.
#>
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$piped = @($input)
foreach ($file in [System.IO.Directory]::GetFiles((Join-Path $PSScriptRoot 'lib'), '*.ps1', 'AllDirectories')) { . $file }

try {
    $job = Read-ProvisioningJobDefinition -InputObject $piped -SchemaId 'host-inventory'
    $context = New-HvoContext -Job $job -AgentFolder $PSScriptRoot
    Get-HvoInventory -Context $context | ForEach-Object { ConvertTo-HvoJson $_ }
    ConvertTo-HvoJson (New-HvoOutcome -Outcome completed -Reason 'Inventory')
} catch {
    ConvertTo-HvoJson (ConvertTo-HvoOutcome -ErrorRecord $_ -Context $null -Entered $false)
}
