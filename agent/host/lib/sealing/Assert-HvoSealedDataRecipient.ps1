function Assert-HvoSealedDataRecipient {
    <#
    .SYNOPSIS
        Fails with GuestKeyInvalid unless sealed data is for this VM, this run and the key that the guest posts now.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Sealed,
        [Parameter()] [AllowNull()] [PSCustomObject] $Key
    )
    $header = Read-HvoSealedHeader -Sealed $Sealed
    $wrong = $null
    $kid = [string](Get-HvoProperty $header 'kid')
    if ($null -ne $Key -and $kid -cne $Key.Kid) { $wrong = 'is for another key than the guest posts now' }
    if ($null -eq $Key) { $wrong = 'is for a key, and the guest posts none now' }
    if ([string](Get-HvoProperty $header 'run') -cne $Context.Run.id) { $wrong = 'is for another run' }
    if ([string](Get-HvoProperty $header 'vm') -ne $Context.Journal.vm_id) { $wrong = 'is for another VM' }
    if ($null -eq $wrong) { return }
    Stop-HvoLaunch -Code GuestKeyInvalid -Message "The sealed data $wrong."
}
