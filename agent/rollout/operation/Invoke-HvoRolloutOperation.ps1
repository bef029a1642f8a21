function Invoke-HvoRolloutOperation {
    <#
    .SYNOPSIS
        Runs the operation that the header names and returns its answer.
    .OUTPUTS
        Ordered dictionary.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [AllowEmptyString()] [string[]] $Lines
    )
    if ($Lines.Length -eq 0) { Stop-HvoRollout -Code InvalidRequest -Message 'There is no input. The first string has to be the header.' }
    $header = ConvertFrom-HvoRequest -Text $Lines[0] -What 'header'
    $operation = [string](Get-HvoProperty $header 'operation')
    if (@('look', 'receive', 'activate', 'prune') -cnotcontains $operation) {
        Stop-HvoRollout -Code InvalidRequest -Message ("The operation '$operation' is unknown: operator and rollout.ps1 have " +
            'different versions.')
    }
    $root = Get-HvoProperty $header 'root'
    $versions = Resolve-HvoVersionsFolder -Root $root
    $pieces = @($Lines | Select-Object -Skip 1)
    $answer = [ordered]@{ type = 'rollout'; ok = $true }
    if ($operation -ceq 'look') {
        $answer.host_id = Get-HvoHostId
        $answer.versions = Get-HvoVersionDigest -Root $root -Versions $versions
    } elseif ($operation -ceq 'receive') {
        $staged = Get-HvoUploadFolder -Header $header -Versions $versions
        $answer.bytes = Receive-HvoUpload -Staged $staged -Pieces $pieces
    } elseif ($operation -ceq 'activate') {
        $staged = Get-HvoUploadFolder -Header $header -Versions $versions
        $digest = [string](Get-HvoProperty $header 'digest')
        $answer.version = Install-HvoVersion -Staged $staged -Versions $versions -Digest $digest
    } else {
        $keep = [string[]]@(Get-HvoVersionToKeep -Header $header)
        $removed = [string[]]@(Remove-HvoOldVersion -Versions $versions -Keep $keep)
        [Array]::Sort($removed, [StringComparer]::Ordinal)
        $answer.removed = $removed
    }
    return $answer
}
