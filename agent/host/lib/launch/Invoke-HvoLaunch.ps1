function Invoke-HvoLaunch {
    <#
    .SYNOPSIS
        Runs one job that changes the host, and returns its outcome.
    .DESCRIPTION
        Body gets the context under the machine's lock and returns the completed outcome. An error becomes a pending or
        failed outcome, which is recorded in the journal of a provisioning or removal.
    .OUTPUTS
        String: the outcome as JSON.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $InputObject,
        [Parameter(Mandatory = $true)] [string] $SchemaId,
        [Parameter(Mandatory = $true)] [string] $AgentFolder,
        [Parameter(Mandatory = $true)] [scriptblock] $Body,
        [Parameter()] [hashtable] $Secrets = @{}
    )
    $context = $null
    $lock = $null
    try {
        Set-HvoModuleAlias
        $job = Read-ProvisioningJobDefinition -InputObject $InputObject -SchemaId $SchemaId -AgentFolder $AgentFolder
        $context = New-HvoContext -Job $job -AgentFolder $AgentFolder -Secrets $Secrets
        $lock = Lock-HvoMachine -Context $context
        $context.Lock = $lock
        Remove-HvoOldTombstone -Machines $context.Machines
        $outcome = & $Body $context
    } catch {
        $outcome = ConvertTo-HvoOutcome -ErrorRecord $_ -Context $context
        if ($null -ne $lock -and $context.SchemaId -ne 'vm-update') {
            Complete-HvoJournal -Context $context -State $outcome.outcome -Reason $outcome.reason -Code $outcome.code
        }
    } finally {
        if ($null -ne $lock) { $lock.Dispose() }
    }
    return ConvertTo-HvoJson $outcome
}
