function Assert-HvoSealedFor {
    <#
    .SYNOPSIS
        Fails with GuestKeyInvalid where sealed data is not for this VM, this run and the key that the guest posts now.
    #>
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Sealed,
        [AllowNull()] [hashtable] $Key
    )
    $header = Read-HvoSealedHeader $Sealed
    $wrong = if ([string](Get-HvoProperty $header 'vm') -ne $Context.Journal.vm_id) { 'is for another VM' }
    elseif ([string](Get-HvoProperty $header 'run') -cne $Context.Run.id) { 'is for another run' }
    elseif ($null -eq $Key) { 'is for a key that the guest does not post now' }
    elseif ([string](Get-HvoProperty $header 'kid') -cne $Key.Kid) { 'is for another key than the guest posts now' }
    else { return }
    Stop-HvoRun -Code GuestKeyInvalid -Message "The sealed data $wrong; it has to be sealed again."
}
