function Test-HvoVmReplica {
    <#
    .SYNOPSIS
        Returns whether a VM is a replica of another host's VM.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    return @('Replica', 'TestReplica', 'ExtendedReplica') -contains [string](Get-HvoProperty $Vm 'ReplicationMode')
}
