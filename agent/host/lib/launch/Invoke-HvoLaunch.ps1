function Invoke-HvoLaunch {
    <#
    .SYNOPSIS
        Runs one job that changes the host, from its definition to its outcome, which is written to the output.
    .DESCRIPTION
        Body gets the context under the machine's lock and returns the completed outcome; whatever it throws becomes a
        pending or failed one.
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
        $job = Read-ProvisioningJobDefinition -InputObject $InputObject -SchemaId $SchemaId
        $context = New-HvoContext -Job $job -AgentFolder $AgentFolder -Secrets $Secrets
        $lock = Lock-HvoMachine -Context $context
        $context.Lock = $lock
        Remove-HvoOldTombstone -Machines $context.Machines
        $outcome = & $Body $context
    } catch {
        $outcome = ConvertTo-HvoOutcome -ErrorRecord $_ -Context $context -Entered ($null -ne $lock)
    } finally {
        if ($null -ne $lock) { $lock.Dispose() }
    }
    ConvertTo-HvoJson $outcome
}
