function Receive-HvoSealedData {
    <#
    .SYNOPSIS
    Posts this VM's public key and waits until data that is sealed to it is there and safely stored.
    .DESCRIPTION
    What does not open is left alone: the host may have it replaced. The data is stored as it came, sealed; the state says
    `applying` only after that, and only after that is the host told.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state; it is changed.
    .OUTPUTS
    System.Boolean: false if this has become another VM meanwhile (a running VM was exported and imported).
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State
    )
    $key = Get-HvoMachineKey -VirtualMachineId $Context.Vm
    if ($null -eq $key) {
        $key = New-HvoMachineKey -VirtualMachineId $Context.Vm
        Write-HvoGuestLog -Context $Context -Word KeyMade
    }
    $public = Get-HvoPublicJwk -Key $key
    $ready = '{{"protocol":1,"vm":"{0}","key":{{"kty":"RSA","n":"{1}","e":"{2}"}}}}' -f $Context.Vm, $public.N, $public.E
    $noted = ''
    while ($true) {
        Set-HvoGuestKvpItem -Name 'ProvisioningReady' -Value $ready
        $found = Read-HvoPublishedData
        $refusal = $found.Refusal
        if (-not $refusal) {
            $opened = Unprotect-HvoSealedData -Sealed $found.Sealed -Key $key -VirtualMachineId $Context.Vm
            $refusal = $opened.Refusal
        }
        if (-not $refusal) { break }
        if ($refusal -cne $noted) { Write-HvoGuestLog -Context $Context -Word Waiting -Detail $refusal }
        $noted = $refusal
        Start-Sleep -Seconds 2
        if ((Get-HvoVirtualMachineId) -cne $Context.Vm) { return $false }
    }
    Set-HvoFileContent -Path $Context.Sealed -Content $found.Sealed
    $State.machine = Get-HvoSmbiosUuid
    $State.run = $opened.Run
    $State.kid = $opened.Kid
    $State.phase = 'applying'
    Set-HvoGuestState -Context $Context -State $State
    Write-HvoGuestLog -Context $Context -Word DataStored
    $true
}
