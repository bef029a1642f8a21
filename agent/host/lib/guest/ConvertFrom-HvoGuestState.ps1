function ConvertFrom-HvoGuestState {
    <#
    .SYNOPSIS
        Returns what a ProvisioningState says of what was published to this VM, or null.
    .DESCRIPTION
        One of another VM, run or key is ignored: a captured image says applied at once.
    .OUTPUTS
        Hashtable: State (applying, applied, failed), Step and Code (words of at most 64 letters and digits), or null.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter()] [AllowNull()] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory = $true)] [string] $VmId,
        [Parameter()] [AllowNull()] [object] $Published
    )
    $told = ConvertFrom-HvoGuestJson $Text
    if ($null -eq $told -or $null -eq $Published) { return $null }
    if ([string](Get-HvoProperty $told 'vm') -ne $VmId -or [string](Get-HvoProperty $told 'run') -cne $Published.run) { return $null }
    if ([string](Get-HvoProperty $told 'kid') -cne $Published.kid) { return $null }
    $state = [string](Get-HvoProperty $told 'state')
    $step = [string](Get-HvoProperty $told 'step')
    $code = [string](Get-HvoProperty $told 'code')
    if (@('applying', 'applied', 'failed') -cnotcontains $state) { return $null }
    if ($step -cnotmatch '\A[A-Za-z0-9]{0,64}\z' -or $code -cnotmatch '\A[A-Za-z0-9]{0,64}\z') { return $null }
    return @{ State = $state; Step = $step; Code = $code }
}
