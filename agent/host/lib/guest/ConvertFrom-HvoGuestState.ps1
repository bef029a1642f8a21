function ConvertFrom-HvoGuestState {
    <#
    .SYNOPSIS
        Returns what a ProvisioningState reports about the data published to this VM, or null.
    .DESCRIPTION
        A state of another VM, run or key is ignored: a captured image reports applied at once.
    .OUTPUTS
        Object with State (applying, applied, failed), Step and Code (at most 64 letters and digits each) and Field (the
        field that is not as requested, or empty), or null.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter()] [AllowNull()] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory = $true)] [string] $VmId,
        [Parameter()] [AllowNull()] [object] $Published
    )
    $posted = ConvertFrom-HvoGuestJson $Text
    if ($null -eq $posted -or $null -eq $Published) { return $null }
    if ([string](Get-HvoProperty $posted 'vm') -ne $VmId -or [string](Get-HvoProperty $posted 'run') -cne $Published.run) { return $null }
    if ([string](Get-HvoProperty $posted 'kid') -cne $Published.kid) { return $null }
    $state = [string](Get-HvoProperty $posted 'state')
    $step = [string](Get-HvoProperty $posted 'step')
    $code = [string](Get-HvoProperty $posted 'code')
    if (@('applying', 'applied', 'failed') -cnotcontains $state) { return $null }
    if ($step -cnotmatch '\A[A-Za-z0-9]{0,64}\z' -or $code -cnotmatch '\A[A-Za-z0-9]{0,64}\z') { return $null }
    $field = [string](Get-HvoProperty $posted 'field')
    if ($field -cnotmatch '\A[a-z][a-z0-9_]{0,62}\z') { $field = '' }
    return [PSCustomObject]@{ State = $state; Step = $step; Code = $code; Field = $field }
}
