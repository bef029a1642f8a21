function Add-HvoVmMark {
    <#
    .SYNOPSIS
        Writes the machine's mark into a VM's notes, unless it is there. Other lines of the notes are kept.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $lines = @(
        "hyperv-operator.io/machine-uid=$($Context.Run.machine_uid)", "hyperv-operator.io/cluster-uid=$($Context.Run.cluster_uid)"
    )
    $present = @(([string]$Vm.Notes) -split '\r?\n')
    if (@($lines | Where-Object { $present -ccontains $_ }).Count -eq 2) { return }
    $kept = @($present | Where-Object { $_ -and $_ -cnotmatch '^\s*hyperv-operator\.io/(machine|cluster)-uid=' })
    Set-VM -VM $Vm -Notes ((@($kept) + $lines) -join "`r`n")
}
