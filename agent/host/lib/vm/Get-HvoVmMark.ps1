function Get-HvoVmMark {
    <#
    .SYNOPSIS
        Returns the ownership mark in a VM's notes, or the machine UID in the name that a VM has until it is marked.
    .OUTPUTS
        Object with MachineUid, ClusterUid and Machine (namespace/name), each null if the VM does not carry it.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $mark = [PSCustomObject]@{ MachineUid = $null; ClusterUid = $null; Machine = $null }
    $notes = [string]$Vm.Notes
    if ($notes.Contains('hyperv-operator.io/')) {
        if ($notes -cmatch '(?m)^\s*hyperv-operator\.io/machine-uid=([0-9a-f-]{36})\s*$') { $mark.MachineUid = $Matches[1] }
        if ($notes -cmatch '(?m)^\s*hyperv-operator\.io/cluster-uid=([0-9a-f-]{36})\s*$') { $mark.ClusterUid = $Matches[1] }
        if ($notes -cmatch '(?m)^\s*hyperv-operator\.io/machine=([a-z0-9-]{1,63}/[a-z0-9.-]{1,253})\s*$') { $mark.Machine = $Matches[1] }
    }
    if ($null -eq $mark.MachineUid -and [string]$Vm.Name -cmatch '\Ahvo-([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\z') {
        $mark.MachineUid = $Matches[1]
    }
    return $mark
}
