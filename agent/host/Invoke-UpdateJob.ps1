<#
.SYNOPSIS
    Sets CPU, memory and power state of a provisioned machine's VM as the job says.
.DESCRIPTION
    $input | & '<agent>\Invoke-UpdateJob.ps1', with the job as for Invoke-ProvisioningJob.ps1. A change that
    requires the VM to be off shuts its guest down and starts it again; a guest that does not shut down is left running.
.OUTPUTS
    String: the outcome, JSON. Step records go to the information stream with the tag HyperVOperator.
#>
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$piped = @($input)
. (Join-Path $PSScriptRoot 'Functions.ps1')

Invoke-HvoLaunch -InputObject $piped -SchemaId 'vm-update' -AgentFolder $PSScriptRoot -Body {
    param($Context)
    Invoke-HvoUpdate -Context $Context
}
