function Test-HvoVmReplica {
    <#
    .SYNOPSIS
        Tells whether a VM is the replica of another host's.
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
