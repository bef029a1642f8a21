function Get-HvoVmMark {
    <#
    .SYNOPSIS
        Returns whose VM this is, by its notes or by the name it has until it is marked.
    .OUTPUTS
        Hashtable with MachineUid and ClusterUid, null where the VM does not carry them.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $mark = @{ MachineUid = $null; ClusterUid = $null }
    $notes = [string]$Vm.Notes
    if ($notes.Contains('hyperv-operator.io/')) {
        if ($notes -cmatch '(?m)^\s*hyperv-operator\.io/machine-uid=([0-9a-f-]{36})\s*$') { $mark.MachineUid = $Matches[1] }
        if ($notes -cmatch '(?m)^\s*hyperv-operator\.io/cluster-uid=([0-9a-f-]{36})\s*$') { $mark.ClusterUid = $Matches[1] }
    }
    if ($null -eq $mark.MachineUid -and [string]$Vm.Name -cmatch '\Ahvo-([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\z') {
        $mark.MachineUid = $Matches[1]
    }
    return $mark
}
