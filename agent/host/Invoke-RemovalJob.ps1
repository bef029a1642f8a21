<#
.SYNOPSIS
    Removes a machine: cluster role, VM, folder, and says so only once it has seen that they are gone.
.DESCRIPTION
    $input | & '<agent>\Invoke-RemovalJob.ps1', with the job as for Invoke-ProvisioningJob.ps1. What does not carry the
    machine's mark stays; disks outside of its folder are detached and reported. A tombstone is left for 30 days.
.OUTPUTS
    String: the outcome, JSON. Step records go to the information stream with the tag HyperVOperator.
#>
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$piped = @($input)
foreach ($file in [System.IO.Directory]::GetFiles((Join-Path $PSScriptRoot 'lib'), '*.ps1', 'AllDirectories')) { . $file }

Invoke-HvoLaunch -InputObject $piped -SchemaId 'vm-removal' -AgentFolder $PSScriptRoot -Body {
    param($Context)
    Invoke-HvoRemoval -Context $Context
}
