function Add-HvoVmMark {
    <#
    .SYNOPSIS
        Writes the machine's mark into a VM's notes, unless it is there: the UIDs, and the machine's namespace and name if the
        job has them. Other lines of the notes are kept.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $lines = @(
        "hyperv-operator.io/machine-uid=$($Context.Run.machine_uid)", "hyperv-operator.io/cluster-uid=$($Context.Run.cluster_uid)"
    )
    $machine = [string](Get-HvoProperty $Context.Run 'machine')
    if ($machine -cmatch '\A[a-z0-9-]{1,63}/[a-z0-9.-]{1,253}\z') { $lines += "hyperv-operator.io/machine=$machine" }
    $present = @(([string]$Vm.Notes) -csplit '\r?\n')
    if (@($lines | Where-Object { $present -ccontains $_ }).Count -eq $lines.Count) { return }
    $kept = @($present | Where-Object { $_ -and $_ -cnotmatch '^\s*hyperv-operator\.io/(machine-uid|cluster-uid|machine)=' })
    Set-VM -VM $Vm -Notes ((@($kept) + $lines) -join "`r`n")
}
