function Receive-HvoSealedData {
    <#
    .SYNOPSIS
        Publishes the public key of this VM, waits for data that is sealed to it, and stores that data.
    .DESCRIPTION
        Data that cannot be decrypted is ignored, because the host may replace it. The data is stored sealed, as
        received. The phase is set to `applying` only after that, and the state is published to the host only after the
        phase is saved.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state. It is updated.
    .OUTPUTS
        System.Boolean, true if data was stored. False if this has become another VM in the meantime, because a running
        VM was exported and imported.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State
    )
    $key = Get-HvoMachineKey -VirtualMachineId $Context.Vm
    if ($null -eq $key) {
        $key = New-HvoMachineKey -VirtualMachineId $Context.Vm
        Write-HvoGuestLog -Context $Context -Name KeyCreated
    }
    $jwk = Get-HvoPublicJwk -Key $key
    $format = '{{"protocol":1,"vm":"{0}","key":{{"kty":"RSA","n":"{1}","e":"{2}"}}}}'
    $ready = $format -f $Context.Vm, $jwk.N, $jwk.E
    $logged = ''
    while ($true) {
        Set-HvoGuestKvpItem -Name 'ProvisioningReady' -Value $ready
        $published = Read-HvoPublishedData
        $refusal = $published.Refusal
        if (-not $refusal) {
            $result = Unprotect-HvoSealedData -Sealed $published.Sealed -Key $key -VirtualMachineId $Context.Vm
            $refusal = $result.Refusal
        }
        if (-not $refusal) { break }
        if ($refusal -cne $logged) { Write-HvoGuestLog -Context $Context -Name Waiting -Detail $refusal }
        $logged = $refusal
        Start-Sleep -Seconds 2
        if ((Get-HvoVirtualMachineId) -cne $Context.Vm) { return $false }
    }
    Set-HvoFileContent -Path $Context.Sealed -Content $published.Sealed
    $State.machine = Get-HvoSmbiosUuid
    $State.run = $result.Run
    $State.kid = $result.Kid
    $State.phase = 'applying'
    Set-HvoGuestState -Context $Context -State $State
    Write-HvoGuestLog -Context $Context -Name DataStored
    return $true
}
