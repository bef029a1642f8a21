function Assert-HvoVmNotHidden {
    <#
    .SYNOPSIS
        Fails with VmUnreadable if a VM that cannot be opened is, or may be, the machine's.
    .DESCRIPTION
        Called where the machine's VM is not among those that could be opened. A VM whose GUID is not one of KnownIds is another
        one's. Where no GUID is known, a VM may be the machine's if it has the machine's name, and with Strict whatever name it has.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Problems,
        [Parameter()] [AllowEmptyCollection()] [AllowNull()] [object[]] $KnownIds = @(),
        [Parameter()] [AllowEmptyString()] [string] $VmName = '',
        [Parameter()] [switch] $Strict
    )
    $known = @($KnownIds | Where-Object { $_ })
    foreach ($problem in $Problems) {
        $own = $known -contains $problem.VmId -or $problem.MachineUid -ceq $Context.Run.machine_uid
        $guess = -not $known.Count -and $null -eq $problem.MachineUid -and ($Strict -or ($VmName -and $problem.Name -eq $VmName))
        $may = $null -eq $problem.VmId -or $guess
        if (-not $own -and -not $may) { continue }
        $what = if ($null -eq $problem.VmId) { 'Some VMs' } else { "VM $($problem.VmId) ($($problem.Name))" }
        $whose = if ($own) { "is this machine's" } else { "may be this machine's" }
        Stop-HvoLaunch -Code VmUnreadable -Message ("$what on this host cannot be opened and $whose. Nothing was changed. Hyper-V says: " +
            "$($problem.Message).")
    }
}
