<#
.SYNOPSIS
    Provisions a VM: one launch of the job in the pipeline, as far as it can go.
.DESCRIPTION
    $input | & '<agent>\Invoke-ProvisioningJob.ps1': the only input is the job, compact JSON in UTF-8, base64. Each launch
    finds the steps that are done and goes on from there; it can be killed anywhere. Secrets are taken from the variables
    HVO_SECRET_<FIELD> of its own process, where it is given them that way, and are cleared at once.
.OUTPUTS
    String: the outcome, JSON. Step records go to the information stream with the tag HyperVOperator.
#>
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$piped = @($input)
foreach ($file in [System.IO.Directory]::GetFiles((Join-Path $PSScriptRoot 'lib'), '*.ps1', 'AllDirectories')) { . $file }

$secrets = Read-HvoSecret
Invoke-HvoLaunch -InputObject $piped -SchemaId 'vm-provisioning' -AgentFolder $PSScriptRoot -Secrets $secrets -Body {
    param($Context)
    Invoke-HvoProvisioning -Context $Context
}
